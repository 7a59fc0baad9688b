import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import { apiError } from "../problems";
import {
  deleteApiV1TenantsByTenantFilesByPath,
  getApiV1TenantsByTenantFolders,
  putApiV1TenantsByTenantFilesByPath,
} from "../generated/sdk.gen";

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

/** What lies in a folder, whose path is empty or ends with a slash. */
export const folderQuery = (tenant: string, path: string) =>
  queryOptions({
    queryKey: [tenant, "files", "folder", path],
    queryFn: () => data(getApiV1TenantsByTenantFolders({ path: { tenant }, query: { path } })),
    placeholderData: keepPreviousData,
  });

/** A file's bytes, to be shown. They are a stranger's: nothing of them may become a part of the page but text or a picture. */
export const contentQuery = (tenant: string, path: string) =>
  queryOptions({
    queryKey: [tenant, "files", "content", path],
    queryFn: async () => {
      const answer = await fetch(fileUrl(tenant, path));
      if (!answer.ok) {
        throw apiError(await answer.json().catch(() => undefined), answer);
      }
      return answer.arrayBuffer();
    },
    staleTime: 0,
    gcTime: 0,
  });
