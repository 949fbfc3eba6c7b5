/**
 * The proxy nodes of a region: a group of instances in each zone and the load balancer in front of
 * them. The same construct makes the stack of the app and the plain template.
 */
package dev.heimdall.cdk.fleet;
