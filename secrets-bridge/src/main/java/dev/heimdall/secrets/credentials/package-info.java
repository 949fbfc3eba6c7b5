/**
 * As whom to log in at a database, asked anew for each connection: as written, as a secret of
 * Secrets Manager says, or with a token that IAM vouches for ({@link
 * dev.heimdall.secrets.credentials.CredentialSources}). Nothing here knows a proxy, and no password
 * ever is in a text that could be logged.
 */
package dev.heimdall.secrets.credentials;
