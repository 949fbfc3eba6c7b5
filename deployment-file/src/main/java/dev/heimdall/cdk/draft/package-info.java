/**
 * A first deployment file, and the first documents of its nodes, from what is known of an account.
 * Pure: questions to AWS, or people, are elsewhere.
 */
package dev.heimdall.cdk.draft;
