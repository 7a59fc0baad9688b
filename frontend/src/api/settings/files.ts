import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  deleteApiV1TenantsByTenantFilesByPath,
  getApiV1TenantsByTenantFiles,
  putApiV1TenantsByTenantFilesByPath,
} from "../generated/sdk.gen";

export const filesQuery = (tenant: string, prefix: string) =>
  queryOptions({
    queryKey: [tenant, "files", prefix],
    queryFn: () => data(getApiV1TenantsByTenantFiles({ path: { tenant }, query: { prefix } })),
    placeholderData: keepPreviousData,
  });

export const putFile = (tenant: string, path: string, file: File) =>
  data(
    putApiV1TenantsByTenantFilesByPath({
      path: { tenant, path },
      query: { content_type: file.type || undefined },
      // The document has no word for bytes but a string; a File is sent as it is.
      body: file as unknown as string,
    }),
  );

export const removeFile = (tenant: string, path: string) =>
  data(deleteApiV1TenantsByTenantFilesByPath({ path: { tenant, path } }));

/** Where a browser saves a file from. */
export const fileUrl = (tenant: string, path: string) =>
  `/api/v1/tenants/${tenant}/files/${path.split("/").map(encodeURIComponent).join("/")}`;
