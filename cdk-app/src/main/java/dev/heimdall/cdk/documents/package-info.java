/**
 * Storage of configuration and secrets: a bucket, secrets, a key, and an optional file system. What
 * is here outlives its stack.
 */
package dev.heimdall.cdk.documents;
