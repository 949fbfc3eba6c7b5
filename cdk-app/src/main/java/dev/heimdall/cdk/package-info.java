/**
 * The deployment on AWS: one app that makes the stacks of every region from one file, and the plain
 * templates for those who do not use CDK. Knows no code of the node: jars are files to it.
 */
package dev.heimdall.cdk;
