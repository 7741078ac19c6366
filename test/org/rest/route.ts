import { type RestRequest, type RestResponse } from './http.ts';

/** What answers a path below `/services/data/vNN.0`; it is given what the path's groups matched. */
export type Handler = (request: RestRequest, ...parts: string[]) => RestResponse;

/** Verbs, separated by spaces, and the path they stand for. */
export type Route = { readonly methods: string; readonly path: RegExp; readonly handle: Handler };
