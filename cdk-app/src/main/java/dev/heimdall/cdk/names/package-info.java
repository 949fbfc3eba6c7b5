/**
 * Names that lead to the nearest region. Each region writes its own record, so that none needs to
 * know another; no failover of a database depends on them.
 */
package dev.heimdall.cdk.names;
