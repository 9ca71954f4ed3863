namespace CustomerInsights.Host.Platform;

/// <summary>What a browser sees until the console comes: where to go from here.</summary>
internal static class FrontPage
{
    public const string Html = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Customer Insights</title>
        <style>
          body { font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 4rem auto; padding: 0 1rem; color: #1b1b1f; }
          h1 { font-weight: 600; } code { background: #f0f0f4; padding: .1em .3em; border-radius: 4px; } a { color: #0b5cad; }
          @media (prefers-color-scheme: dark) { body { background: #1b1b1f; color: #e6e6ea; } code { background: #2b2b31; } a { color: #7db7f0; } }
        </style></head>
        <body>
          <h1>Customer Insights</h1>
          <p>The host is running. Everything it does is REST, under <code>/api/v1</code>, with an API key.</p>
          <ul>
            <li><a href="/reference">REST reference</a>, to browse and try</li>
            <li><a href="/openapi/v1.json">OpenAPI document</a></li>
            <li><a href="/health/ready">Health</a></li>
          </ul>
          <p>The first start printed an admin key; send it as <code>Authorization: Bearer &lt;key&gt;</code>.</p>
        </body></html>
        """;
}
