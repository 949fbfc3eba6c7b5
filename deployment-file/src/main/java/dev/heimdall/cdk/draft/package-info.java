/**
 * A first deployment file, and the first documents of its nodes, from what is known of an account.
 * Pure: whoever asks AWS, or people, is elsewhere.
 */
package dev.heimdall.cdk.draft;
