/**
 * Stores of configurations: named documents in a directory, below a prefix in S3, or in one secret
 * of Secrets Manager, behind {@link dev.heimdall.secrets.DocumentStore}. The contents of documents
 * do not matter here, and no part of one is ever in a message.
 */
package dev.heimdall.secrets;
