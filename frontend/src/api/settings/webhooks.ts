import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  deleteApiV1TenantsByTenantWebhooksByWebhookId,
  getApiV1TenantsByTenantWebhooks,
  getApiV1TenantsByTenantWebhooksByWebhookIdDeliveries,
  postApiV1TenantsByTenantWebhooks,
  postApiV1TenantsByTenantWebhooksByWebhookIdDeliveriesByDeliveryIdRedeliver,
} from "../generated/sdk.gen";
import type { WebhookIn } from "../generated/types.gen";

export const webhooksQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "webhooks"],
    queryFn: () => data(getApiV1TenantsByTenantWebhooks({ path: { tenant } })),
  });

export const createWebhook = (tenant: string, body: WebhookIn) =>
  data(postApiV1TenantsByTenantWebhooks({ path: { tenant }, body }));

export const removeWebhook = (tenant: string, webhookId: string) =>
  data(deleteApiV1TenantsByTenantWebhooksByWebhookId({ path: { tenant, webhook_id: webhookId } }));

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
  });

export const redeliver = (tenant: string, webhookId: string, deliveryId: string) =>
  data(
    postApiV1TenantsByTenantWebhooksByWebhookIdDeliveriesByDeliveryIdRedeliver({
      path: { tenant, webhook_id: webhookId, delivery_id: deliveryId },
    }),
  );
