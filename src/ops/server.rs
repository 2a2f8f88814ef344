//! The HTTP listener: `/metrics`, `/livez`, `/readyz`.

use std::sync::Arc;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;

use super::health::Health;
use super::metrics::Metrics;

/// Serves until the runtime ends.
pub async fn serve(listener: TcpListener, metrics: Arc<Metrics>, health: Arc<Health>) -> std::io::Result<()> {
    let live = Arc::clone(&health);
    let shown = Arc::clone(&health);
    let router = Router::new()
        .route(
            "/metrics",
            get(move || async move {
                metrics.ready.set(i64::from(shown.readiness_problems().is_empty()));
                ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.text())
            }),
        )
        .route("/livez", get(move || async move { probe(live.liveness_problems()) }))
        .route("/readyz", get(move || async move { probe(health.readiness_problems()) }));
    axum::serve(listener, router).await
}

fn probe(problems: Vec<String>) -> impl IntoResponse {
    if problems.is_empty() {
        return (StatusCode::OK, "ok\n".to_owned());
    }
    (StatusCode::SERVICE_UNAVAILABLE, problems.join("\n") + "\n")
}
