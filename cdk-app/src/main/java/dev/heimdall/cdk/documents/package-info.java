/**
 * Where configuration and secrets lie: a bucket, secrets, a key, and a file system where it is
 * wished. What is here outlives its stack.
 */
package dev.heimdall.cdk.documents;
