"""The HTTP API: `app.create_app` holds the route table; one module per resource."""
