//! Frameworks: how each marks the entry points of a program. A framework is one line of data.

use crate::graph::EntryPointKind::{self, Command, Consumer, Route, Schedule};

/// What makes a definition, or what a call registers, an entry point.
pub struct Framework {
    pub name: &'static str,
    /// Of the languages that it is for.
    pub family: &'static str,
    /// The marks count only in files that import something whose path begins so, or has that part; empty: in all.
    pub packages: &'static [&'static str],
    pub kind: EntryPointKind,
    /// Last names of decorators.
    pub decorators: &'static [&'static str],
    /// Last names of decorators of the type around that say where its routes begin.
    pub prefixes: &'static [&'static str],
    /// Last names of calls that are given a text and what handles it.
    pub calls: &'static [&'static str],
    /// Names of functions outside of any type, or of methods of what such a call is given.
    pub functions: &'static [&'static str],
    /// Bases of a type, by the end of their names, whose `handled` methods are entry points.
    pub bases: &'static [&'static str],
    pub handled: &'static [&'static str],
    /// Calls that register the usual methods of a controller, all at once.
    pub resources: &'static [&'static str],
    /// The method that a text among the arguments names: the parts of its qualified name.
    pub named: fn(&str) -> Option<Vec<String>>,
    /// The controller of the resource that a text names.
    pub controller: fn(&str) -> Option<Vec<String>>,
}

const NONE: &[&str] = &[];

const HTTP: &[&str] = &["get", "post", "put", "delete", "patch", "head", "options"];

/// Methods of a class that is given as a handler.
pub const HANDLERS: &[&str] = &[
    "get",
    "post",
    "put",
    "delete",
    "patch",
    "head",
    "options",
    "on_get",
    "on_post",
    "on_put",
    "on_delete",
    "on_patch",
    "on_head",
    "on_options",
    "on_websocket",
    "handle",
    "__invoke",
    "invoke",
];

/// Methods of a controller that is given for a resource.
pub const RESOURCE: &[&str] = &["index", "create", "new", "store", "show", "edit", "update", "destroy"];

/// Calls whose object is the class that handles: `View.as_view()`.
pub const AS_HANDLER: &[&str] = &["as_view"];

macro_rules! framework {
    ($name:literal, $family:literal, $packages:expr, $kind:expr, $decorators:expr, $prefixes:expr, $calls:expr, $functions:expr) => {
        framework!(
            $name,
            $family,
            $packages,
            $kind,
            $decorators,
            $prefixes,
            $calls,
            $functions,
            NONE,
            nothing,
            nothing
        )
    };
    ($name:literal, $family:literal, $packages:expr, $kind:expr, $decorators:expr, $prefixes:expr, $calls:expr, $functions:expr, $resources:expr, $named:expr, $controller:expr) => {
        Framework {
            name: $name,
            family: $family,
            packages: $packages,
            kind: $kind,
            decorators: $decorators,
            prefixes: $prefixes,
            calls: $calls,
            functions: $functions,
            bases: NONE,
            handled: NONE,
            resources: $resources,
            named: $named,
            controller: $controller,
        }
    };
    ($name:literal, $family:literal, $packages:expr, $kind:expr, bases $bases:expr, handled $handled:expr) => {
        Framework {
            bases: $bases,
            handled: $handled,
            ..framework!($name, $family, $packages, $kind, NONE, NONE, NONE, NONE)
        }
    };
}

#[rustfmt::skip]
pub static FRAMEWORKS: &[Framework] = &[
    // name, family, packages, kind, decorators, prefixes, calls, functions; resources, named, controller
    framework!("fastapi", "python", &["fastapi", "starlette", "litestar"], Route,
        &["get", "post", "put", "delete", "patch", "head", "options", "websocket", "api_route", "route"], NONE,
        &["add_api_route", "add_route", "add_api_websocket_route", "Route", "WebSocketRoute"], NONE),
    framework!("flask", "python", &["flask", "quart", "sanic", "bottle", "aiohttp"], Route,
        &["route", "get", "post", "put", "delete", "patch"], NONE, &["add_url_rule", "add_route", "add_get", "add_post", "add_resource"], NONE),
    framework!("django", "python", &["django"], Route, &["api_view", "action"], NONE, &["path", "re_path", "url", "register"], NONE),
    framework!("falcon", "python", &["falcon"], Route, NONE, NONE, &["add_route", "add_sink"], NONE),
    framework!("click", "python", &["click", "typer", "cyclopts", "asyncclick"], Command, &["command", "group", "callback", "default"], NONE, NONE, NONE),
    framework!("celery", "python", &["celery"], Consumer, &["task", "shared_task", "periodic_task"], NONE, NONE, NONE),
    framework!("dramatiq", "python", &["dramatiq", "taskiq", "faststream", "huey", "arq", "rq"], Consumer, &["actor", "task", "subscriber", "job"], NONE, NONE, NONE),
    framework!("django-signals", "python", &["django"], Consumer, &["receiver"], NONE, NONE, NONE),
    framework!("express", "javascript", &["express", "fastify", "koa-router", "@koa/router", "hono", "restify"], Route,
        NONE, NONE, &["get", "post", "put", "delete", "patch", "all", "head", "options", "use"], NONE),
    framework!("nestjs", "javascript", &["@nestjs/"], Route,
        &["Get", "Post", "Put", "Delete", "Patch", "Options", "Head", "All", "Sse"], &["Controller"], NONE, NONE),
    framework!("nestjs-graphql", "javascript", &["@nestjs/graphql", "type-graphql"], Route, &["Query", "Mutation", "Subscription"], NONE, NONE, NONE),
    framework!("nestjs-messages", "javascript", &["@nestjs/", "@golevelup/"], Consumer,
        &["MessagePattern", "EventPattern", "Process", "OnEvent", "SubscribeMessage", "RabbitSubscribe", "OnQueueEvent"], NONE, NONE, NONE),
    framework!("nestjs-schedule", "javascript", &["@nestjs/schedule"], Schedule, &["Cron", "Interval", "Timeout"], NONE, NONE, NONE),
    framework!("commander", "javascript", &["commander", "yargs", "cac"], Command, NONE, NONE, &["command"], NONE),
    framework!("queues", "javascript", &["amqplib", "bullmq", "bull", "kafkajs"], Consumer, NONE, NONE, &["consume", "process", "Worker"], NONE),
    framework!("spring", "java", &["org.springframework."], Route,
        &["GetMapping", "PostMapping", "PutMapping", "DeleteMapping", "PatchMapping", "RequestMapping"], &["RequestMapping"], NONE, NONE),
    framework!("jax-rs", "java", &["javax.ws.rs", "jakarta.ws.rs"], Route, &["GET", "POST", "PUT", "DELETE", "PATCH"], &["Path"], NONE, NONE),
    framework!("spring-messages", "java", &["org.springframework.", "io.awspring."], Consumer,
        &["KafkaListener", "RabbitListener", "JmsListener", "SqsListener", "StreamListener", "EventListener"], NONE, NONE, NONE),
    framework!("spring-schedule", "java", &["org.springframework."], Schedule, &["Scheduled"], NONE, NONE, NONE),
    framework!("picocli", "java", &["picocli."], Command, &["Command"], NONE, NONE, NONE),
    framework!("program", "java", NONE, Command, NONE, NONE, NONE, &["main"]),
    framework!("spring", "kotlin", &["org.springframework."], Route,
        &["GetMapping", "PostMapping", "PutMapping", "DeleteMapping", "PatchMapping", "RequestMapping"], &["RequestMapping"], NONE, NONE),
    framework!("spring-messages", "kotlin", &["org.springframework.", "io.awspring."], Consumer,
        &["KafkaListener", "RabbitListener", "JmsListener", "SqsListener", "StreamListener", "EventListener"], NONE, NONE, NONE),
    framework!("spring-schedule", "kotlin", &["org.springframework."], Schedule, &["Scheduled"], NONE, NONE, NONE),
    framework!("program", "kotlin", NONE, Command, NONE, NONE, NONE, &["main"]),
    framework!("asp.net", "csharp", &["Microsoft.AspNetCore"], Route,
        &["HttpGet", "HttpPost", "HttpPut", "HttpDelete", "HttpPatch"], &["Route"], &["MapGet", "MapPost", "MapPut", "MapDelete", "MapPatch"], NONE),
    framework!("masstransit", "csharp", NONE, Consumer, bases &["IConsumer"], handled &["Consume"]),
    framework!("nservicebus", "csharp", &["NServiceBus"], Consumer, bases &["IHandleMessages"], handled &["Handle"]),
    framework!("program", "csharp", NONE, Command, NONE, NONE, NONE, &["Main"]),
    framework!("gin", "go", &["github.com/gin-gonic/gin", "github.com/labstack/echo", "github.com/gofiber/fiber", "github.com/go-chi/chi"], Route,
        NONE, NONE, &["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "Any", "Get", "Post", "Put", "Delete", "Patch"], NONE),
    framework!("net/http", "go", &["net/http", "github.com/gorilla/mux"], Route, NONE, NONE, &["HandleFunc", "Handle"], NONE),
    framework!("program", "go", NONE, Command, NONE, NONE, NONE, &["main"]),
    framework!("axum", "rust", &["axum"], Route, NONE, NONE, &["route", "route_service"], NONE),
    framework!("actix", "rust", &["actix_web", "rocket", "poem"], Route, HTTP, NONE, &["route"], NONE),
    framework!("program", "rust", NONE, Command, NONE, NONE, NONE, &["main"]),
    framework!("symfony", "php", &["Symfony"], Route, &["Route"], &["Route"], NONE, NONE),
    framework!("symfony-messages", "php", &["Symfony"], Consumer, &["AsMessageHandler"], NONE, NONE, NONE),
    framework!("symfony-console", "php", &["Symfony"], Command, &["AsCommand"], NONE, NONE, NONE),
    framework!("laravel", "php", &["Illuminate", "Laravel"], Route, NONE, NONE,
        &["get", "post", "put", "delete", "patch", "any", "match"], NONE, &["resource", "apiResource"], nothing, nothing),
    framework!("rails", "ruby", NONE, Route, NONE, NONE,
        &["get", "post", "put", "delete", "patch", "match", "root"], NONE, &["resources"], action, controller),
    framework!("sidekiq", "ruby", NONE, Consumer, bases &["Sidekiq.Job", "Sidekiq.Worker", "Shoryuken.Worker"], handled &["perform"]),
    framework!("active-job", "ruby", NONE, Consumer, bases &["ApplicationJob", "ActiveJob.Base"], handled &["perform"]),
];

fn nothing(_: &str) -> Option<Vec<String>> {
    None
}

/// `admin/users#show`: `Admin::UsersController`, `show`.
fn action(text: &str) -> Option<Vec<String>> {
    let (resource, method) = text.split_once('#')?;
    let mut parts = controller(resource)?;
    parts.push(method.to_owned());
    Some(parts)
}

/// `admin/order_items`: `Admin::OrderItemsController`.
fn controller(text: &str) -> Option<Vec<String>> {
    let mut parts: Vec<String> = text.trim_start_matches(':').split('/').map(pascal).collect();
    parts.last_mut()?.push_str("Controller");
    Some(parts)
}

fn pascal(text: &str) -> String {
    let capital = |word: &str| -> String {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
    };
    text.split('_').map(capital).collect()
}
