/**
 * The deployment as the user writes it: records, read strictly, and what their settings demand of
 * each other. Knows nothing of CDK.
 */
package dev.heimdall.cdk.config;
