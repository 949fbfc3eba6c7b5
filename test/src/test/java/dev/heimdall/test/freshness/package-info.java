/**
 * Histories of reads and writes through several nodes over a cluster that is delayed, killed and
 * promoted meanwhile, and a judge that knows what each consistency promises. What one client may
 * see of another's session is not judged here.
 */
package dev.heimdall.test.freshness;
