"""Webhooks of an organization: where its completion events are sent."""

from kodus_ast.api.request_context import RequestContext
from kodus_ast.errors import WebhookNotFoundError
from kodus_ast.models.completions import Webhook
from kodus_ast.models.http_requests import NewWebhook, uuid_of
from kodus_ast.models.http_responses import NoReply, WebhookCreated, WebhooksReply, WebhookView


async def create_webhook(context: RequestContext, body: NewWebhook) -> WebhookCreated:
    """Send completion events of the organization to this URL; the signing key is shown only this once."""
    webhook, secret = await context.service.webhooks.create(context.organization, body.url)
    context.response.set_header("Location", f"/api/webhooks/{webhook.id}")
    return WebhookCreated(_view(webhook), secret)


async def list_webhooks(context: RequestContext) -> WebhooksReply:
    """The webhooks of the organization."""
    return WebhooksReply(
        [_view(one) for one in await context.service.webhooks.list_webhooks(context.organization)]
    )


async def delete_webhook(context: RequestContext, webhook_id: str) -> NoReply:
    """Delete a webhook, and what is still to be sent to it."""
    known = uuid_of(webhook_id)
    if known is None or not await context.service.webhooks.remove(context.organization, known):
        raise WebhookNotFoundError
    return NoReply()


def _view(webhook: Webhook) -> WebhookView:
    return WebhookView(webhook.id, webhook.host, webhook.created_at)
