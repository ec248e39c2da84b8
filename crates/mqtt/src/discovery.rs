//! What there is, as Home Assistant's MQTT integration documents it (<https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery>): a message for each entity, or
//! one for each device.

use earwitness_base::text;
use earwitness_core::mac::Mac;
use serde_json::{Map, Value, json};

use crate::Messages;
use crate::settings::{Form, Settings, Topic};
use crate::snapshot::Device;
use crate::{state, topics};

/// Widest name of a device, columns.
const WIDEST: usize = 60;
/// Where more is to be read about the program.
const URL: &str = "https://github.com/earwitness/earwitness";

/// Something that Home Assistant shows: its platform, its key within its device, and what is said of it.
struct Entity {
    platform: &'static str,
    key: &'static str,
    says: Map<String, Value>,
}

impl Entity {
    fn new(platform: &'static str, key: &'static str, says: Value) -> Self {
        let Value::Object(says) = says else { return Self { platform, key, says: Map::new() } };
        Self { platform, key, says }
    }
}

/// Platform and key of the entities of a device.
const OF_DEVICE: [(&str, &str); 4] =
    [("binary_sensor", "uploading"), ("sensor", "seconds_today"), ("sensor", "verdict"), ("event", "upload")];

pub(crate) fn of_device(settings: &Settings, device: &Device, into: &mut Messages) {
    let topic = |what: &str| topics::of_device(&settings.base, device.mac, what);
    let says = |key: &str| match key {
        "uploading" => json!({
            "name": "Uploading audio", "state_topic": topic("uploading"), "device_class": "running", "icon": "mdi:ear-hearing",
        }),
        // It begins again at midnight, which a sum of `total_increasing` takes for what it is.
        "seconds_today" => json!({
            "name": "Audio today", "state_topic": topic("seconds_today"), "device_class": "duration", "unit_of_measurement": "s",
            "state_class": "total_increasing", "suggested_display_precision": 1,
        }),
        "verdict" => json!({"name": "Verdict", "state_topic": topic("verdict"), "icon": "mdi:scale-balance"}),
        _ => json!({
            "name": "Upload", "state_topic": topic("upload"), "event_types": [state::UPLOAD], "icon": "mdi:cloud-upload", "qos": 1,
        }),
    };
    let entities = OF_DEVICE.map(|(platform, key)| Entity::new(platform, key, says(key)));
    let called = text::clean(device.name.reveal(), WIDEST);
    let called = if called.trim().is_empty() { format!("Device {}", device.mac) } else { called };
    let mut registered = json!({
        "identifiers": [node(&settings.base, Some(device.mac))],
        "connections": [["mac", device.mac.to_string()]],
        "name": called,
        "via_device": node(&settings.base, None),
    });
    if let (Some(manufacturer), Some(it)) = (device.manufacturer, registered.as_object_mut()) {
        it.insert("manufacturer".to_owned(), json!(manufacturer));
    }
    let available = json!([{"topic": topics::availability(&settings.base)}, {"topic": topic("available")}]);
    put(settings, Some(device.mac), &registered, &available, entities, into);
}

pub(crate) fn of_program(settings: &Settings, into: &mut Messages) {
    let topic = |what: &str| topics::own(&settings.base, what);
    let entities = [
        Entity::new(
            "switch",
            "probing",
            json!({
                "name": "Probing allowed", "state_topic": topic("probing"), "command_topic": topic(topics::PROBING_SET), "icon": "mdi:bullhorn", "qos": 1,
            }),
        ),
        Entity::new(
            "button",
            "test",
            json!({"name": "Test now", "command_topic": topic(topics::TEST), "icon": "mdi:play-circle", "qos": 1}),
        ),
        Entity::new(
            "button",
            "pause",
            json!({"name": "Pause for an hour", "command_topic": topic(topics::PAUSE), "icon": "mdi:pause-circle", "qos": 1}),
        ),
        Entity::new(
            "sensor",
            "state",
            json!({"name": "State", "state_topic": topic("state"), "entity_category": "diagnostic", "icon": "mdi:information"}),
        ),
        Entity::new(
            "sensor",
            "answer",
            json!({"name": "Last answer", "state_topic": topic("answer"), "entity_category": "diagnostic", "icon": "mdi:message-reply-text"}),
        ),
    ];
    let registered = json!({
        "identifiers": [node(&settings.base, None)],
        "name": "earwitness",
        "manufacturer": "earwitness",
        "sw_version": settings.version,
    });
    let available = json!([{"topic": topics::availability(&settings.base)}]);
    put(settings, None, &registered, &available, entities, into);
}

fn put(
    settings: &Settings,
    mac: Option<Mac>,
    registered: &Value,
    available: &Value,
    entities: impl IntoIterator<Item = Entity>,
    into: &mut Messages,
) {
    let node = node(&settings.base, mac);
    let origin = json!({"name": "earwitness", "sw_version": settings.version, "support_url": URL});
    let shared = json!({"availability": available, "availability_mode": "all"});
    let mut components = Map::new();
    for Entity { platform, key, mut says } in entities {
        let id = format!("{node}_{key}");
        says.insert("unique_id".to_owned(), json!(id));
        says.insert("default_entity_id".to_owned(), json!(format!("{platform}.{id}")));
        match settings.form {
            Form::Entity => {
                // What `default_entity_id` was called before Home Assistant 2025.10.
                says.insert("object_id".to_owned(), json!(id));
                says.insert("device".to_owned(), registered.clone());
                says.insert("origin".to_owned(), origin.clone());
                says.extend(shared.as_object().cloned().unwrap_or_default());
                into.insert(entity_topic(&settings.prefix, platform, &node, key), Value::Object(says).to_string());
            }
            Form::Device => {
                says.insert("p".to_owned(), json!(platform));
                components.insert(key.to_owned(), Value::Object(says));
            }
        }
    }
    if settings.form == Form::Device {
        let mut all = json!({"dev": registered, "o": origin, "cmps": components});
        if let (Some(all), Some(shared)) = (all.as_object_mut(), shared.as_object()) {
            all.extend(shared.clone());
        }
        into.insert(device_topic(&settings.prefix, &node), all.to_string());
    }
}

/// The id of a device, or of the program.
fn node(base: &Topic, mac: Option<Mac>) -> String {
    mac.map_or_else(|| base.id(), |mac| format!("{}_{}", base.id(), topics::id(mac)))
}

fn entity_topic(prefix: &Topic, platform: &str, node: &str, key: &str) -> String {
    format!("{prefix}/{platform}/{node}/{key}/config")
}

fn device_topic(prefix: &Topic, node: &str) -> String {
    format!("{prefix}/device/{node}/config")
}

/// The topics by which a device was announced.
pub(crate) fn topics_of(base: &Topic, prefix: &Topic, form: Form, mac: Mac) -> Vec<String> {
    let node = node(base, Some(mac));
    match form {
        Form::Entity => OF_DEVICE.iter().map(|(platform, key)| entity_topic(prefix, platform, &node, key)).collect(),
        Form::Device => vec![device_topic(prefix, &node)],
    }
}
