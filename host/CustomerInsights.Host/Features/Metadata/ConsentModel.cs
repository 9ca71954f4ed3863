using CustomerInsights.Core.Consent;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>The consent settings, checked.</summary>
/// <param name="Policy">Who can be reached.</param>
/// <param name="Purposes">Purposes by name.</param>
internal sealed record ConsentModel(ConsentPolicy Policy, IReadOnlyDictionary<string, PurposeDocument> Purposes)
{
    /// <summary>The name of the one document.</summary>
    public const string Name = "default";

    private static readonly Dictionary<string, Channel> s_channels = new(StringComparer.Ordinal)
    {
        ["email"] = new(["email"]),
        ["sms"] = new(["phone"]),
        ["push"] = new(["push_token"], Every: true),
        ["web"] = new(["anonymous_id"]),
    };

    private static readonly Dictionary<string, PurposeDocument> s_purposes = new(StringComparer.Ordinal)
    {
        ["marketing"] = new() { LegalBasis = "consent" },
        ["service"] = new() { LegalBasis = "contract", NeedsConsent = false },
    };

    /// <summary>What holds where nothing is defined.</summary>
    public static ConsentModel Default { get; } = new(new ConsentPolicy { Channels = s_channels }, s_purposes);

    public static ConsentModel Build(ModelBuilder builder)
    {
        var model = Default;
        foreach (var (name, document) in builder.Read<ConsentSettingsDocument>(DefinitionKinds.ConsentSettings))
        {
            void Fault(string pointer, string code, string message) => builder.Fault(DefinitionKinds.ConsentSettings, name, pointer, code, message);

            if (name != Name)
            {
                Fault("", "name", $"There is one document of consent settings; call it '{Name}'.");
                continue;
            }

            if (document.Channels is { Count: 0 or > 100 } || document.Purposes is { Count: 0 or > 100 } || document.SourceDefaults.Count > 1000)
            {
                Fault("", "count", "There are 1 to 100 channels, 1 to 100 purposes and at most 1,000 defaults of sources; leave out what is to be as it comes.");
            }

            foreach (var (channel, one) in document.Channels ?? new Dictionary<string, ChannelDocument>())
            {
                if (!Names.IsField(channel))
                {
                    Fault($"/channels/{Names.Escape(channel)}", "name", $"'{channel}' is not a name; use 1 to 100 letters, digits and _, beginning with a letter.");
                }

                if (one.Identifiers.Count is 0 or > 20 || one.Identifiers.Any(type => type.Length is 0 or > 100))
                {
                    Fault($"/channels/{Names.Escape(channel)}/identifiers", "count", "A channel uses 1 to 20 identifier types, such as email or phone.");
                }
            }

            foreach (var (purpose, one) in document.Purposes ?? new Dictionary<string, PurposeDocument>())
            {
                if (!Names.IsField(purpose) || one.Description?.Length > 1000 || one.LegalBasis?.Length > 200)
                {
                    Fault($"/purposes/{Names.Escape(purpose)}", "name", "A purpose has a name of 1 to 100 letters, digits and _, a description of at most 1,000 characters and a legal basis of at most 200.");
                }
            }

            model = new ConsentModel(
                new ConsentPolicy
                {
                    Channels = document.Channels?.ToDictionary(pair => pair.Key, pair => new Channel(pair.Value.Identifiers, pair.Value.Every), StringComparer.Ordinal) ?? s_channels,
                    UnknownIsReachable = document.UnknownIsReachable,
                    OptedOutIsReachable = document.OptedOutIsReachable,
                    SourceDefaults = document.SourceDefaults,
                },
                document.Purposes ?? s_purposes);
        }

        return model;
    }

    /// <summary>The purpose of an export or enrichment, its own or that of its segment; what is wrong with it becomes a fault.</summary>
    public PurposeDocument? PurposeOf(ModelBuilder builder, string kind, string definition, string? own, string? over, string? ofSegment)
    {
        void Fault(string code, string message) => builder.Fault(kind, definition, "/channel", code, message);

        if (over is { } channel && !Policy.Channels.ContainsKey(channel))
        {
            Fault("unknown", $"There is no channel '{channel}'.{Names.Suggest(channel, Policy.Channels.Keys)}");
            return null;
        }

        if ((own ?? ofSegment) is not { } name)
        {
            if (over is not null)
            {
                builder.Fault(kind, definition, "/purpose", "required", $"A channel has a meaning for a purpose; name one of {string.Join(", ", Purposes.Keys)}, or leave the channel out.");
            }

            return null;
        }

        // That of the segment was checked with the segment.
        if (own is null && !Purposes.ContainsKey(name))
        {
            return null;
        }

        if (builder.Known(kind, definition, "/purpose", name, Purposes, "purpose") is not { } purpose)
        {
            return null;
        }

        if (purpose.NeedsConsent && over is null)
        {
            Fault("required", $"The purpose '{name}' needs consent for a channel; name the one {(kind == DefinitionKinds.Export ? "over which the target messages people" : "to which the consent belongs")}: {string.Join(", ", Policy.Channels.Keys)}.");
        }

        return purpose;
    }
}
