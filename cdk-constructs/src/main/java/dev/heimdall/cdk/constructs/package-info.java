/**
 * Building blocks for any app: a fleet, its manager, the function that follows RDS, and latency
 * records, each one construct with props, connections, grants and metrics like those of the CDK. It
 * knows no deployment file; how templates look is in the packages beside it.
 */
package dev.heimdall.cdk.constructs;
