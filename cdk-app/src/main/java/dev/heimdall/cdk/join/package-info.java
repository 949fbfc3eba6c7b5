/**
 * Connections between regions: functions outside of any network, which call the APIs of all
 * regions. CloudFormation has no resource for it that one stack could make.
 */
package dev.heimdall.cdk.join;
