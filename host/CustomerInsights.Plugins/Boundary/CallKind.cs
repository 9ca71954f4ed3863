namespace CustomerInsights.Plugins.Boundary;

/// <summary>What a call is for.</summary>
internal enum CallKind
{
    /// <summary>The plugin's work; its success shows that the plugin is well.</summary>
    Work = 0,

    /// <summary>Loading and constructors. Their success shows nothing: the work may fail every time.</summary>
    Making = 1,

    /// <summary>Disposal. It also goes on when the plugin has been told to stop.</summary>
    Disposal = 2,
}
