/**
 * The configuration's objects over REST, each kind at a path of its own: settings of a document, or
 * of a part of one. What is written is judged, compared and committed as any other edit.
 */
package dev.heimdall.manager.resources;
