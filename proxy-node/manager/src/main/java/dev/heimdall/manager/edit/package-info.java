/**
 * Edits of a configuration: each is made over what its author has read, and judged as a whole
 * before anything is written. Nothing here knows HTTP.
 */
package dev.heimdall.manager.edit;
