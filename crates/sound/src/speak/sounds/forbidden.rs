//! Phrases that no probe may contain, because a device that obeys would buy, call, open or delete something.

/// What is always refused: whole words, in any case, whatever punctuation stands between them. Settings can add to this list and take
/// nothing from it.
pub const FORBIDDEN: &[&str] = &[
    // Money.
    "buy",
    "buys",
    "buying",
    "order",
    "orders",
    "ordering",
    "reorder",
    "purchase",
    "check out",
    "checkout",
    "add to cart",
    "add to my cart",
    "shopping list",
    "subscribe",
    "pay",
    "payment",
    "donate",
    "transfer",
    "bid",
    "book a",
    "rent",
    // Other people.
    "call",
    "calls",
    "calling",
    "dial",
    "phone",
    "ring",
    "drop in",
    "send",
    "text",
    "email",
    "e mail",
    "message",
    "messages",
    "reply",
    "post",
    "tweet",
    "announce",
    "broadcast",
    "intercom",
    // Emergencies.
    "emergency",
    "police",
    "ambulance",
    "fire brigade",
    "fire department",
    "911",
    "112",
    "999",
    "110",
    "nine one one",
    "nine nine nine",
    "one one two",
    "one one zero",
    "nine eleven",
    "sos",
    "help me",
    // Doors and guards.
    "unlock",
    "lock",
    "open the door",
    "open the front door",
    "open the back door",
    "open the gate",
    "front door",
    "back door",
    "garage",
    "gate",
    "disarm",
    "arm the",
    "alarm",
    "alarms",
    "security",
    "guard",
    "doorbell",
    // What can burn, flood or freeze.
    "oven",
    "stove",
    "heating",
    "heater",
    "thermostat",
    "boiler",
    "iron",
    "fireplace",
    "water",
    // What cannot be undone.
    "delete",
    "erase",
    "remove",
    "reset",
    "factory",
    "format",
    "wipe",
    "uninstall",
    "cancel",
    "password",
    "pin",
    "pair",
    // The same in German, French and Spanish.
    "kaufe",
    "kaufen",
    "bestelle",
    "bestellen",
    "bezahle",
    "bezahlen",
    "ruf",
    "rufe",
    "anrufen",
    "notruf",
    "polizei",
    "feuerwehr",
    "sende",
    "schicke",
    "schreibe",
    "nachricht",
    "lösche",
    "löschen",
    "entsperre",
    "entriegle",
    "tür",
    "türe",
    "alarmanlage",
    "wecker",
    "heizung",
    "herd",
    "achète",
    "acheter",
    "commande",
    "commander",
    "paie",
    "payer",
    "appelle",
    "appeler",
    "envoie",
    "envoyer",
    "supprime",
    "efface",
    "déverrouille",
    "porte",
    "alarme",
    "chauffage",
    "compra",
    "comprar",
    "pide",
    "pedir",
    "paga",
    "pagar",
    "llama",
    "llamar",
    "envía",
    "enviar",
    "borra",
    "borrar",
    "elimina",
    "desbloquea",
    "puerta",
    "alarma",
    "calefacción",
];

/// The first phrase in the text that no probe may contain, whether from the list or from `more`.
#[must_use]
pub fn forbidden(text: &str, more: &[String]) -> Option<String> {
    let said = words(text);
    let phrases = FORBIDDEN.iter().copied().chain(more.iter().map(String::as_str));
    let contains = |phrase: &&str| {
        let phrase = words(phrase);
        !phrase.is_empty() && said.windows(phrase.len()).any(|part| part == phrase)
    };
    phrases.into_iter().find(contains).map(str::to_owned)
}

/// Words in lower case; an apostrophe or a hyphen within a word is left out, so that `o'r-d'er` is an order.
fn words(text: &str) -> Vec<String> {
    let mut plain = String::new();
    let letters: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    for (at, &letter) in letters.iter().enumerate() {
        let beside = |place: Option<usize>| place.and_then(|place| letters.get(place)).is_some_and(|it| it.is_alphanumeric());
        match letter {
            letter if letter.is_alphanumeric() => plain.push(letter),
            '\'' | '\u{2019}' | '\u{ad}' | '\u{200b}' if beside(at.checked_sub(1)) && beside(Some(at + 1)) => {}
            _ => plain.push(' '),
        }
    }
    plain.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_found_as_whole_words_in_any_case_and_punctuation() {
        for (text, phrase) in [
            ("Alexa, BUY milk", "buy"),
            ("please... order!", "order"),
            ("open,   the -- Door.", "open the door"),
            ("call nine-one-one", "call"),
            ("nine-one-one", "nine one one"),
            ("turn OFF the alarm", "alarm"),
            ("dial 112", "dial"),
            ("Öffne die TÜR", "tür"),
            ("o\u{2019}rder pizza", "order"),
            ("or\u{200b}der pizza", "order"),
            ("send\na postcard", "send"),
        ] {
            assert_eq!(forbidden(text, &[]).as_deref(), Some(phrase), "{text}");
        }
    }

    #[test]
    fn parts_of_words_and_harmless_questions_pass() {
        for text in ["what is a border", "recall the moon", "paypal is a word", "what time is it", "how far is the moon", ""] {
            assert_eq!(forbidden(text, &[]), None, "{text}");
        }
    }

    #[test]
    fn settings_add_and_take_nothing() {
        let more = ["Vacuum the".to_owned(), " ".to_owned()];
        assert_eq!(forbidden("now vacuum the room", &more).as_deref(), Some("Vacuum the"));
        assert_eq!(forbidden("buy", &more).as_deref(), Some("buy"));
    }
}
