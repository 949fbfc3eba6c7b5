package dev.heimdall.manager.pages;

import java.util.List;

/** CodeMirror, and what makes it the editor of documents. */
final class EditorAssets {
  /** The module that pages load. */
  static final String ENTRY = "editor.js";

  private static final String JARS = "/META-INF/resources/webjars/";

  private EditorAssets() {}

  /** Each behind those that it imports. */
  static List<Asset> all() {
    return List.of(
        Asset.module("crelt", JARS + "crelt/1.0.7/index.js"),
        Asset.module("style-mod", JARS + "style-mod/4.1.3/src/style-mod.js"),
        Asset.module("w3c-keyname", JARS + "w3c-keyname/2.2.8/index.js"),
        Asset.module(
            "@marijn/find-cluster-break", JARS + "marijn__find-cluster-break/1.0.3/src/index.js"),
        Asset.module("@lezer/common", JARS + "lezer__common/1.5.2/dist/index.js"),
        Asset.module("@lezer/highlight", JARS + "lezer__highlight/1.2.3/dist/index.js"),
        Asset.module("@codemirror/state", JARS + "codemirror__state/6.7.1/dist/index.js"),
        Asset.module("@codemirror/view", JARS + "codemirror__view/6.43.7/dist/index.js"),
        Asset.module("@codemirror/language", JARS + "codemirror__language/6.12.4/dist/index.js"),
        Asset.module(
            "@codemirror/autocomplete", JARS + "codemirror__autocomplete/6.20.3/dist/index.js"),
        Asset.module("@codemirror/commands", JARS + "codemirror__commands/6.10.4/dist/index.js"),
        Asset.module(ENTRY, "/dev/heimdall/manager/pages/assets/editor.js"));
  }
}
