/**
 * The function that follows RDS: what wakes it, what it may do, and where events go that it could
 * not handle.
 */
package dev.heimdall.cdk.sync;
