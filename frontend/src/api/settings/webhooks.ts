import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  deleteApiV1TenantsByTenantWebhooksByWebhookId,
  getApiV1TenantsByTenantWebhooks,
  getApiV1TenantsByTenantWebhooksByWebhookIdDeliveries,
  patchApiV1TenantsByTenantWebhooksByWebhookId,
  postApiV1TenantsByTenantWebhooks,
  postApiV1TenantsByTenantWebhooksByWebhookIdDeliveriesByDeliveryIdRedeliver,
  postApiV1TenantsByTenantWebhooksByWebhookIdKey,
  postApiV1TenantsByTenantWebhooksByWebhookIdTest,
} from "../generated/sdk.gen";
import type { WebhookChange, WebhookIn } from "../generated/types.gen";

export const webhooksQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "webhooks"],
    queryFn: () => data(getApiV1TenantsByTenantWebhooks({ path: { tenant } })),
  });

export const createWebhook = (tenant: string, body: WebhookIn) =>
  data(postApiV1TenantsByTenantWebhooks({ path: { tenant }, body }));

export const removeWebhook = (tenant: string, webhookId: string) =>
  data(deleteApiV1TenantsByTenantWebhooksByWebhookId({ path: { tenant, webhook_id: webhookId } }));

export const changeWebhook = (tenant: string, webhookId: string, body: WebhookChange) =>
  data(patchApiV1TenantsByTenantWebhooksByWebhookId({ path: { tenant, webhook_id: webhookId }, body }));

export const rotateKey = (tenant: string, webhookId: string) =>
  data(postApiV1TenantsByTenantWebhooksByWebhookIdKey({ path: { tenant, webhook_id: webhookId } }));

export const sendTest = (tenant: string, webhookId: string) =>
  data(postApiV1TenantsByTenantWebhooksByWebhookIdTest({ path: { tenant, webhook_id: webhookId } }));

// While one is under way it is asked for again: no event tells of it.
const WAITING_POLL_MS = 2_000;

export const deliveriesQuery = (tenant: string, webhookId: string) =>
  queryOptions({
    // Beside the webhooks, so that one that is removed is not asked for once more with its list.
    queryKey: [tenant, "deliveries", webhookId],
    queryFn: () =>
      data(
        getApiV1TenantsByTenantWebhooksByWebhookIdDeliveries({
          path: { tenant, webhook_id: webhookId },
          query: { limit: 20 },
        }),
      ),
    refetchInterval: (query) =>
      query.state.data?.items.some((one) => one.state === "waiting") ? WAITING_POLL_MS : false,
  });

export const redeliver = (tenant: string, webhookId: string, deliveryId: string) =>
  data(
    postApiV1TenantsByTenantWebhooksByWebhookIdDeliveriesByDeliveryIdRedeliver({
      path: { tenant, webhook_id: webhookId, delivery_id: deliveryId },
    }),
  );
