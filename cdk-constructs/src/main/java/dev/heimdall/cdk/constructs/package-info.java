/**
 * What anybody's app is put together from: a fleet, its manager, the function that follows RDS, and
 * latency records, each one construct whose props, connections, grants and metrics are as those of
 * the CDK. It knows no deployment file; how templates look is in the packages beside it.
 */
package dev.heimdall.cdk.constructs;
