/**
 * How clients of the AWS SDK are made, and what it means when one of their calls fails: for whoever
 * has such clients, whatever they are for. No service, and nothing of clusters.
 */
package dev.heimdall.routing.sdk;
