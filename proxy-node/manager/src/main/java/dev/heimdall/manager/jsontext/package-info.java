/**
 * Texts of documents as people write them: laid out, and changed where something is different. What
 * documents mean does not belong here.
 */
package dev.heimdall.manager.jsontext;
