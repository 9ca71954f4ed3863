using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Dataverse;

/// <summary>An answer of Dataverse that says no, with the code that it gives.</summary>
internal sealed class DataverseRefusal(FailureKind kind, string message, int status, string? code) : PluginException(kind, message)
{
    /// <summary>The status.</summary>
    public int Status => status;

    /// <summary>The code as Dataverse writes it, such as <c>0x80040217</c>; null when it gave none.</summary>
    public string? Code => code;

    /// <summary>A row that is not there.</summary>
    public bool IsNoSuchRow => status == 404 && code is "0x80040217";

    /// <summary>An action that this organisation does not have.</summary>
    public bool IsNoSuchAction => status is 404 or 405 && !IsNoSuchRow;
}

/// <summary>A write whose answer was lost: it may have been done or not. Whoever wrote has to look.</summary>
internal sealed class LostAnswerException(string message, Exception? cause = null) : PluginException(FailureKind.Transient, message, cause);
