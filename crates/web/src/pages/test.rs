//! *Test my home*: what will be heard before anything is.

use axum::body::Body;
use axum::http::Response;
use maud::html;

use super::Live;
use crate::dress;
use crate::household::Plan;

/// How loud, how long, what will be said; and how a test goes that is in progress.
pub(crate) fn test(plan: &Result<Plan, String>, live: &Live) -> Response<Body> {
    let csrf = live.csrf.field();
    let main = html! {
        h1 { "Test my home" }
        @if let Some(test) = &live.status.progress {
            p.now { "A test is in progress." }
            p id="test-summary" role="status" { (test.summary) }
            ul id="test-devices" { @for it in &test.devices { li { (it) } } }
            div.ask { form method="post" action="/test/end" { (csrf) button { "End the test" } } }
        } @else {
            @match plan {
                Err(why) => p { "No test can begin: " (why) "." },
                Ok(plan) => {
                    p { (plan.words) }
                    p { "It takes about 20 minutes until it is known of each device whether it reacts, and about as much again until it is known which sound moves those that do; longer where a device answers seldom. Keep the room quiet meanwhile: no talk, no television." }
                    p { "Nothing is ordered, bought or unlocked by what is said. Devices may answer." }
                    div.ask {
                        form method="post" action="/test" {
                            (csrf)
                            @if let Some(until) = &plan.quiet {
                                p { "It is quiet until " (until) ". " label { input type="checkbox" name="anyway" value="yes" required; " Play all the same" } }
                            }
                            button.first { "Begin the test" }
                        }
                    }
                },
            }
        }
    };
    dress::live_page("Test my home", &main, None)
}
