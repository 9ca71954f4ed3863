namespace CustomerInsights.Host.Features.Connections;

/// <summary>What an admin agrees to who connects a system outside. A change of meaning is a new version, and is agreed to anew when a connection is next changed.</summary>
internal static class PrivacyText
{
    public const string Version = "1";

    public const string Text =
        "Through this connection, data of people may leave Customer Insights for the system that it names, or come from there. That system is under somebody else's terms and privacy commitments, and may store the data in another place. "
        + "You decide that this is lawful and fits what people consented to, and you answer for it. Disconnecting stops further transfers; it does not delete what was transferred before: an erasure tells the targets of exports, and what they do then is theirs.";
}
