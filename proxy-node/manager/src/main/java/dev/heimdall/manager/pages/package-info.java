/**
 * The manager's pages: made on the server, by templates that are compiled with the code, and
 * readable without scripts. A session in a cookie says who looks; no secret of a document is ever
 * in one of them ({@code MaskedText}).
 */
package dev.heimdall.manager.pages;
