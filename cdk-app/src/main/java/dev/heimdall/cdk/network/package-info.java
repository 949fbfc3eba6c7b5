/**
 * The network that nodes are in. Either it is there already, and only named, or it is made, with
 * private subnets and a way to the services of AWS.
 */
package dev.heimdall.cdk.network;
