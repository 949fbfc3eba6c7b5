/**
 * Log-ins at a provider of OpenID Connect: what the manager asks a provider, and a user's identity
 * by its answer. Cookies, pages and sessions are in {@code pages}.
 */
package dev.heimdall.manager.oidc;
