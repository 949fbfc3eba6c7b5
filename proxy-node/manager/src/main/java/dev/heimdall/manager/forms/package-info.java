/**
 * Forms for documents, made of what the model says of their settings. Rule lists have pages of
 * their own.
 */
package dev.heimdall.manager.forms;
