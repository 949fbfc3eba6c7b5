/**
 * The manager of a region, which people reach under one address whichever instance it is on. The
 * same construct makes the stack of the app and the plain template.
 */
package dev.heimdall.cdk.manager;
