/**
 * REST below {@code /api/v1}: documents, one or several at a time, by their versions. It knows
 * requests and answers, and no sockets.
 */
package dev.heimdall.manager.rest;
