//! Plans as one object; its shape is `docs/plan.md`, "JSON", and its `version` grows when a field changes
//! its meaning.

use std::io::Write;

use super::{digest, restart, said, size};
use crate::error::Result;
use crate::matrix::tables::Status;
use crate::model::install::{File, Install};
use crate::plan::{Part, Plan, Planner, Step};
use crate::render::Json;

/// The version of the shape.
const VERSION: u32 = 1;

pub(super) fn write(
    planner: &Planner<'_, '_>,
    plans: impl Iterator<Item = Plan>,
    out: &mut dyn Write,
) -> Result<()> {
    let mut json = Json::new(out);
    json.object(|json| {
        json.key("report").text("plan");
        json.key("version").number(VERSION);
        json.key("options").text(&planner.matrix.run.options);
        json.key("plans").array(plans, |json, plan| write_plan(planner, &plan, json));
    });
    json.finish()
}

fn write_plan(planner: &Planner<'_, '_>, plan: &Plan, json: &mut Json<'_>) {
    let client = planner.client(plan);
    json.object(|json| {
        json.key("client").text(&client.id);
        json.key("name").maybe(said(&client.name));
        json.key("collected").maybe(said(&client.collected));
        json.key("evaluated").truth(client.status == Status::Evaluated);
        json.key("missing").number(plan.missing);
        json.key("unknown").number(plan.unknown);
        json.key("left_out").object(|json| {
            for (name, count) in ["ignored", "expired", "bundle-child"].into_iter().zip(plan.left_out) {
                json.key(name).number(count);
            }
        });
        json.key("smallest").truth(plan.is_smallest);
        json.key("steps").array(plan.steps.iter().zip(1u32..), |json, (step, number)| {
            write_step(planner, step, number, json);
        });
        json.key("then").array(&plan.then, |json, update| json.text(planner.identity(*update)));
    });
}

fn write_step(planner: &Planner<'_, '_>, step: &Step, number: u32, json: &mut Json<'_>) {
    let listed = planner.listed(step);
    json.object(|json| {
        json.key("step").number(number);
        json.key("go").number(step.go);
        json.key("update").text(planner.identity(step.update));
        json.key("title").text(planner.title(step.update));
        json.key("bulletin").maybe(listed.and_then(|update| said(&update.bulletin)));
        json.key("articles")
            .array(listed.map_or(&[][..], |update| &update.articles), |json, article| json.number(*article));
        json.key("severity").maybe(listed.and_then(|update| Some(update.urgency?.name())));
        json.key("information").maybe(listed.and_then(|update| said(&update.information)));
        json.key("restart").text(restart(step.restart));
        json.key("exclusive").truth(step.is_exclusive);
        json.key("covers").array(&step.covers, |json, (update, because)| {
            json.object(|json| {
                json.key("update").text(planner.identity(*update));
                json.key("because").text(because.name());
            });
        });
        json.key("parts").array(&step.parts, |json, part| write_part(planner, part, json));
    });
}

fn write_part(planner: &Planner<'_, '_>, part: &Part, json: &mut Json<'_>) {
    json.object(|json| {
        json.key("update").text(planner.identity(part.update));
        json.key("title").text(planner.title(part.update));
        json.key("installs").array(&part.installs, |json, install| write_install(install, json));
        json.key("no_variant_for").array(&part.without_variant, |json, language| json.text(language));
    });
}

fn write_install(install: &Install, json: &mut Json<'_>) {
    let behavior = install.behavior;
    json.object(|json| {
        json.key("variant").maybe(said(&install.variant));
        json.key("handler").maybe(said(&install.handler));
        json.key("program").maybe(said(&install.program));
        json.key("arguments").maybe(said(&install.arguments));
        json.key("attributes").array(&install.attributes, |json, (name, text)| {
            json.object(|json| {
                json.key("name").text(name);
                json.key("text").text(text);
            });
        });
        json.key("codes").array(&install.codes, |json, code| {
            json.object(|json| {
                json.key("code").integer(i64::from(code.code));
                json.key("result").maybe(said(&code.result));
                json.key("restart").truth(code.reboots);
                json.key("description").maybe(said(&code.description));
            });
        });
        json.key("other_codes").object(|json| {
            json.key("result").maybe(said(&install.result));
            json.key("restart").truth(behavior.reboots_otherwise);
        });
        json.key("restart").text(restart(install.restart()));
        json.key("impact").text(behavior.impact.name());
        json.key("asks").truth(behavior.asks);
        json.key("needs_network").truth(behavior.needs_network);
        json.key("can_be_uninstalled").truth(behavior.uninstalls);
        json.key("files").array(&install.files, |json, file| write_file(file, json));
    });
}

fn write_file(file: &File, json: &mut Json<'_>) {
    json.object(|json| {
        json.key("name").maybe(said(&file.name));
        json.key("address").maybe(said(&file.address));
        match size(file) {
            Some(bytes) => json.key("size").number(bytes),
            None => json.key("size").null(),
        }
        json.key("modified").maybe(said(&file.modified));
        let stated = file.digests.iter().filter(|(_, text)| !text.is_empty());
        json.key("digests").array(stated, |json, (algorithm, text)| {
            json.object(|json| {
                json.key("algorithm").text(algorithm);
                json.key("text").text(text);
                json.key("hex").maybe(digest::hexadecimal(algorithm, text).as_deref());
            });
        });
    });
}
