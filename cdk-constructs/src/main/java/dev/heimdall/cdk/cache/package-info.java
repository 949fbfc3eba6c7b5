/**
 * The store over which nodes tell each other of writes, on ElastiCache. The same construct makes
 * the stack of the app and the plain template.
 */
package dev.heimdall.cdk.cache;
