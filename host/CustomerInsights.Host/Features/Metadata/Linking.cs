using CustomerInsights.Core.Rules;
using CustomerInsights.Storage.Links;
using StoredField = CustomerInsights.Storage.Records.StreamField;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>Profiles of a type that point at others, compiled.</summary>
/// <param name="Kind">What it means.</param>
/// <param name="From">The type that points.</param>
/// <param name="To">The type pointed at; the same for parents.</param>
/// <param name="As">The name in rules.</param>
/// <param name="Streams">The foreign key by stream.</param>
/// <param name="Orphans">What becomes of those that point at nobody.</param>
internal sealed record LinkModel(LinkKind Kind, string From, string To, string As, IReadOnlyDictionary<string, LinkStreamModel> Streams, OrphanHandling Orphans);

/// <summary>A foreign key, compiled.</summary>
/// <param name="Stream">The stream whose primary key it holds.</param>
/// <param name="Key">The expression over the record.</param>
internal sealed record LinkStreamModel(string Stream, BoundRule Key);

/// <summary>Checks and compiles what profile types say of accounts and parents.</summary>
internal sealed class Linking(ModelBuilder builder)
{
    /// <summary>The name of the relationship to a parent.</summary>
    public const string Parent = "parent";

    private readonly List<LinkModel> _links = [];

    public IReadOnlyList<LinkModel> Links => _links;

    public void Build(IReadOnlyDictionary<string, MappingModel> mappings, IReadOnlyDictionary<string, IReadOnlyList<StoredField>> streams)
    {
        foreach (var (name, type) in builder.ProfileTypes.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (type.BelongsTo is { } owner && Owner(name, owner))
            {
                var keys = Keys(name, "/belongsTo/streams", owner.Type, owner.Streams, mappings, streams);
                Add(new LinkModel(LinkKind.BelongsTo, name, owner.Type, owner.As ?? owner.Type, keys, owner.Orphans), owner.As is null ? "/belongsTo/type" : "/belongsTo/as");
            }

            if (type.Hierarchy is { } hierarchy)
            {
                var keys = Keys(name, "/hierarchy/streams", name, hierarchy.Streams, mappings, streams);
                Add(new LinkModel(LinkKind.Parent, name, name, Parent, keys, OrphanHandling.Keep), "/hierarchy");
            }
        }
    }

    private bool Owner(string name, BelongsToDocument owner)
    {
        if (owner.Type == name)
        {
            builder.Fault(DefinitionKinds.ProfileType, name, "/belongsTo/type", "cycle", $"'{name}' cannot belong to itself. For parents within one type use 'hierarchy'.");
            return false;
        }

        if (builder.Known(DefinitionKinds.ProfileType, name, "/belongsTo/type", owner.Type, builder.ProfileTypes, "profile type") is null)
        {
            return false;
        }

        if (Cycles.Find(name, type => builder.ProfileTypes.GetValueOrDefault(type)?.BelongsTo is { } next && next.Type != type ? [next.Type] : []) is { } circle)
        {
            builder.Fault(
                DefinitionKinds.ProfileType, name, "/belongsTo/type", "cycle",
                $"Profile types belong to each other in a circle: {string.Join(" → ", circle)}. None could be unified first; take 'belongsTo' from one of them.");
            return false;
        }

        return true;
    }

    private Dictionary<string, LinkStreamModel> Keys(
        string type,
        string pointer,
        string target,
        IReadOnlyDictionary<string, LinkStreamDocument> documents,
        IReadOnlyDictionary<string, MappingModel> mappings,
        IReadOnlyDictionary<string, IReadOnlyList<StoredField>> streams)
    {
        var keys = new Dictionary<string, LinkStreamModel>(StringComparer.Ordinal);
        if (documents.Count == 0)
        {
            builder.Fault(DefinitionKinds.ProfileType, type, pointer, "count", $"At least one stream must say which {target} its records point at: \"stream\": {{ \"stream\": …, \"key\": … }}.");
        }

        foreach (var (stream, document) in documents.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var place = $"{pointer}/{Names.Escape(stream)}";
            if (Maps(type, place, stream, type, mappings) & Maps(type, place + "/stream", document.Stream, target, mappings)
                && streams.TryGetValue(stream, out var fields))
            {
                var schema = new RuleSchema { Attributes = fields.ToDictionary(field => field.Name, field => field.Type, StringComparer.Ordinal) };
                if (builder.Bind(DefinitionKinds.ProfileType, type, place + "/key", document.Key, schema, RuleUse.Value) is { } rule)
                {
                    keys[stream] = new LinkStreamModel(document.Stream, rule);
                }
            }
        }

        return keys;
    }

    // A stream whose mapping exists but is not usable yet is told of there.
    private bool Maps(string type, string pointer, string stream, string target, IReadOnlyDictionary<string, MappingModel> mappings)
    {
        if (mappings.TryGetValue(stream, out var mapping))
        {
            if (mapping.Profile?.Type == target)
            {
                return true;
            }

            builder.Fault(
                DefinitionKinds.ProfileType, type, pointer, "stream",
                $"The records of '{stream}' are not mapped to '{target}'. Name one of its streams: {string.Join(", ", StreamsOf(target, mappings))}.");
        }
        else if (!builder.Defines(DefinitionKinds.Mapping, stream))
        {
            builder.Fault(DefinitionKinds.ProfileType, type, pointer, "unknown", $"There is no mapping for the stream '{stream}'.{Names.Suggest(stream, StreamsOf(target, mappings))}");
        }

        return false;
    }

    private static IEnumerable<string> StreamsOf(string type, IReadOnlyDictionary<string, MappingModel> mappings) =>
        mappings.Values.Where(mapping => mapping.Profile?.Type == type).Select(mapping => mapping.Stream).Order(StringComparer.Ordinal);

    private void Add(LinkModel link, string pointer)
    {
        if (!Names.IsField(link.As))
        {
            builder.Fault(DefinitionKinds.ProfileType, link.From, pointer, "name", $"'{link.As}' is not a name in rules; give 'as' with letters, digits and _, beginning with a letter.");
        }
        else if (builder.Relationships.GetValueOrDefault(link.From)?.ContainsKey(link.As) == true || _links.Any(other => other.From == link.From && other.As == link.As))
        {
            builder.Fault(DefinitionKinds.ProfileType, link.From, pointer, "duplicate", $"'{link.As}' is taken by another relationship of '{link.From}'; give 'as' with another name.");
        }
        else
        {
            _links.Add(link);
        }
    }
}
