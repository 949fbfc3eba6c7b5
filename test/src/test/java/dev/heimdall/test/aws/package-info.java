/**
 * What the node does with AWS, whose APIs are answered over HTTP by tests. Nothing here has seen
 * AWS itself.
 */
package dev.heimdall.test.aws;
