using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Unification;
using CustomerInsights.Host.Features.Connections;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using StoredField = CustomerInsights.Storage.Records.StreamField;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>
/// Compiles definitions into a model and finds everything wrong with them at once. Pure: the same definitions and discoveries give the same model.
/// </summary>
internal sealed class ModelBuilder
{
    private readonly List<DefinitionFault> _faults = [];
    private readonly ILookup<string, Definition> _byKind;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<StoredField>> _streams;
    private readonly IReadOnlyDictionary<string, EnrichmentDescription> _described;
    private readonly Dictionary<string, ProfileTypeDocument> _profileTypes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ActivityTypeDocument> _activityTypes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, RelationshipDocument>> _relationships = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SourceDocument> _sources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ConnectionDocument> _connections = new(StringComparer.Ordinal);
    private Dictionary<string, EventSourceModel> _eventSources = [];
    private readonly Dictionary<string, MappingModel> _mappings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RuleSchema> _schemas = new(StringComparer.Ordinal);
    private readonly List<(string Type, string Attribute)> _clusterAttributes = [];
    private IReadOnlyList<LinkModel> _links = [];
    private ConsentModel _consent = ConsentModel.Default;

    private ModelBuilder(IEnumerable<Definition> definitions, Discovered discovered)
    {
        _byKind = definitions.ToLookup(definition => definition.Kind, StringComparer.Ordinal);
        _streams = discovered.Streams;
        _described = discovered.Enrichments;
    }

    /// <summary>Builds the model.</summary>
    /// <param name="definitions">All definitions.</param>
    /// <param name="discovered">The fields of all streams that are known, and what enrichments said of themselves.</param>
    /// <returns>The model; its faults say what was left out.</returns>
    public static InsightsModel Build(IEnumerable<Definition> definitions, Discovered discovered) => new ModelBuilder(definitions, discovered).Build();

    private InsightsModel Build()
    {
        ReadAll(DefinitionKinds.ProfileType, _profileTypes);
        ReadAll(DefinitionKinds.ActivityType, _activityTypes);
        ReadConnections();
        foreach (var (name, source) in Read<SourceDocument>(DefinitionKinds.Source))
        {
            _sources[name] = source with { Settings = Connected(DefinitionKinds.Source, name, source) };
        }

        _consent = ConsentModel.Build(this);
        ContactCard.Complete(_profileTypes, this);
        CheckNames();
        ReadRelationships();
        _eventSources = EventSources.Build(this, _sources);
        BuildMappings();
        var links = new Linking(this);
        links.Build(_mappings, _streams);
        _links = links.Links;
        var unification = BuildUnification();
        var enrichments = new EnrichmentModels(this, _described);
        var measures = new MeasuresAndSegments(this, enrichments);
        measures.Build();
        var exports = BuildExports(measures.Segments);
        return new InsightsModel
        {
            ProfileTypes = _profileTypes.ToDictionary(
                pair => pair.Key,
                pair => new ProfileTypeModel(pair.Key, pair.Value, _relationships.GetValueOrDefault(pair.Key) ?? []),
                StringComparer.Ordinal),
            ActivityTypes = _activityTypes,
            Sources = _sources,
            EventSources = _eventSources,
            Mappings = _mappings,
            Unification = unification,
            UnificationNames = [.. _byKind[DefinitionKinds.Unification].Select(definition => definition.Name)],
            Links = _links,
            Measures = measures.Measures,
            Segments = measures.Segments,
            Consent = _consent,
            Exports = exports,
            Enrichments = enrichments.Build(measures.Measures, measures.Segments),
            Cards = new CardModels(this, measures.Measures).Build(),
            Schemas = _schemas,
            Faults = _faults,
        };
    }

    internal IEnumerable<(string Name, T Document)> Read<T>(string kind)
        where T : class
    {
        foreach (var definition in _byKind[kind])
        {
            T? document = null;
            try
            {
                document = JsonSerializer.Deserialize<T>(definition.Document, Json.Options);
            }
            catch (JsonException error)
            {
                var fault = RequestFailures.JsonFault(error);
                Fault(kind, definition.Name, fault.Pointer, fault.Code, fault.Message);
            }

            if (document is not null)
            {
                yield return (definition.Name, document);
            }
        }
    }

    internal int FaultCount => _faults.Count;

    internal void Fault(string kind, string name, string pointer, string code, string message, bool warning = false) =>
        _faults.Add(new DefinitionFault(kind, name, pointer, code, message, warning));

    /// <summary>Binds an expression; its errors become faults at the pointer.</summary>
    internal BoundRule? Bind(string kind, string name, string pointer, string text, RuleSchema schema, RuleUse use)
    {
        var bound = RuleBinder.Bind(text, schema, use);
        foreach (var error in bound.Errors)
        {
            Fault(kind, name, pointer, error.Code, error.ToString());
        }

        return bound.Errors.Count == 0 ? bound.Rule : null;
    }

    /// <summary>Binds what an export sends or a segment brings with its members.</summary>
    internal List<MappedField> BindFields(string kind, string name, string pointer, IReadOnlyList<ExportField> documents, RuleSchema schema)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var fields = new List<MappedField>();
        for (var i = 0; i < documents.Count; i++)
        {
            var field = documents[i];
            if (!names.Add(field.Name) || field.Name.Length is 0 or > 200)
            {
                Fault(kind, name, $"{pointer}/{i}/name", "name", $"'{field.Name}' is there twice, empty or longer than 200 characters.");
            }
            else if (Bind(kind, name, $"{pointer}/{i}/{(field.Expression is null ? "name" : "expression")}", field.Expression ?? field.Name, schema, RuleUse.Value) is { } rule)
            {
                fields.Add(new MappedField(field.Name, rule.Type, rule));
            }
        }

        return fields;
    }

    internal IReadOnlyDictionary<string, ProfileTypeDocument> ProfileTypes => _profileTypes;

    internal IReadOnlyDictionary<string, ActivityTypeDocument> ActivityTypes => _activityTypes;

    internal IReadOnlyDictionary<string, Dictionary<string, RelationshipDocument>> Relationships => _relationships;

    internal ConsentModel Consent => _consent;

    internal Dictionary<string, RuleSchema> Schemas => _schemas;

    internal IReadOnlyList<LinkModel> Links => _links;

    /// <summary>Attributes that unification adds: the ids of households and other clusters.</summary>
    internal IReadOnlyList<(string Type, string Attribute)> ClusterAttributes => _clusterAttributes;

    internal bool Defines(string kind, string name) => _byKind[kind].Any(definition => definition.Name == name);

    private void ReadAll<T>(string kind, Dictionary<string, T> into)
        where T : class
    {
        foreach (var (name, document) in Read<T>(kind))
        {
            into[name] = document;
        }
    }

    private void ReadConnections()
    {
        foreach (var (name, connection) in Read<ConnectionDocument>(DefinitionKinds.Connection))
        {
            if (connection.Agreed != PrivacyText.Version)
            {
                Fault(
                    DefinitionKinds.Connection, name, "/agreed", "agreement",
                    $"Data leaves through a connection. Read the text at GET /api/v1/connections/privacy, and send \"agreed\": \"{PrivacyText.Version}\" if you agree.");
            }

            if (connection.DisplayName?.Length > 200)
            {
                Fault(DefinitionKinds.Connection, name, "/displayName", "length", "A display name has at most 200 characters.");
            }

            if (Connecting.Secrets(connection.Settings).Any(secret => !Names.IsDefinition(secret)))
            {
                Fault(DefinitionKinds.Connection, name, "/settings", "secret", "A secret has a name of 1 to 100 letters, digits, _ - and ., beginning with a letter or digit.");
            }

            _connections[name] = connection;
        }
    }

    /// <summary>The settings of a definition with those of the connection that it uses.</summary>
    internal JsonElement Connected(string kind, string name, IConnected document)
    {
        var (settings, faults) = Connecting.Merge(document, _connections);
        foreach (var fault in faults)
        {
            Fault(kind, name, fault.Pointer, fault.Code, fault.Message);
        }

        return settings;
    }

    private void CheckNames()
    {
        foreach (var name in _sources.Keys.Where(name => name.Contains('.', StringComparison.Ordinal)))
        {
            // Streams are called source.stream: the streams of 'crm.eu' would be taken for those of 'crm', and go with it when 'crm' is deleted.
            Fault(DefinitionKinds.Source, name, "", "name", $"The name of a source has no point, since its streams are called source.stream. Call it '{name.Replace('.', '-')}', say.");
        }

        foreach (var (name, type) in _profileTypes)
        {
            CheckFieldNames(DefinitionKinds.ProfileType, name, "/attributes", type.Attributes.Keys);
        }

        foreach (var (name, type) in _activityTypes)
        {
            CheckFieldNames(DefinitionKinds.ActivityType, name, "/fields", type.Fields.Keys);
            foreach (var reserved in type.Fields.Keys.Where(field => field is "at" or "id"))
            {
                Fault(DefinitionKinds.ActivityType, name, $"/fields/{reserved}", "reserved", $"Every activity has '{reserved}' by itself; choose another name.");
            }
        }
    }

    private void CheckFieldNames(string kind, string name, string pointer, IEnumerable<string> fields)
    {
        foreach (var field in fields)
        {
            if (!Names.IsField(field))
            {
                Fault(kind, name, $"{pointer}/{Names.Escape(field)}", "name", $"'{field}' is not a name; use 1 to 100 letters, digits and _, beginning with a letter.");
            }
        }
    }

    private void ReadRelationships()
    {
        foreach (var (name, relationship) in Read<RelationshipDocument>(DefinitionKinds.Relationship))
        {
            var from = Known(DefinitionKinds.Relationship, name, "/from", relationship.From, _profileTypes, "profile type");
            var to = Known(DefinitionKinds.Relationship, name, "/to", relationship.To, _profileTypes, "profile type");
            if (from is null || to is null)
            {
                continue;
            }

            var own = Known(DefinitionKinds.Relationship, name, "/attribute", relationship.Attribute, from.Attributes, "attribute", relationship.From);
            var target = Known(DefinitionKinds.Relationship, name, "/targetAttribute", relationship.TargetAttribute, to.Attributes, "attribute", relationship.To);
            if (own is null || target is null)
            {
                continue;
            }

            var used = _relationships.TryGetValue(relationship.From, out var map) ? map : _relationships[relationship.From] = new(StringComparer.Ordinal);
            if (!used.TryAdd(relationship.As ?? name, relationship))
            {
                Fault(DefinitionKinds.Relationship, name, "/as", "duplicate", $"'{relationship.As ?? name}' is taken by another relationship of '{relationship.From}'.");
            }
        }
    }

    private void BuildMappings()
    {
        foreach (var (stream, mapping) in Read<MappingDocument>(DefinitionKinds.Mapping))
        {
            if (!Names.TrySplitStream(stream, out var source) || !(_sources.ContainsKey(source) || _eventSources.ContainsKey(source)))
            {
                Fault(DefinitionKinds.Mapping, stream, "", "stream", $"A mapping is named after its stream, source.stream; there is no source '{source}'.{Names.Suggest(source, _sources.Keys.Concat(_eventSources.Keys))}");
                continue;
            }

            if (mapping.Profile is null == mapping.Activity is null)
            {
                Fault(DefinitionKinds.Mapping, stream, "", "shape", "Give 'profile' or 'activity', and not both.");
                continue;
            }

            if (!_streams.TryGetValue(stream, out var fields))
            {
                var others = _streams.Keys.Where(known => known.StartsWith(source + ".", StringComparison.Ordinal)).ToList();
                if (others.Count > 0)
                {
                    Fault(DefinitionKinds.Mapping, stream, "", "stream", $"The source '{source}' has no stream '{stream[(source.Length + 1)..]}'.{Names.Suggest(stream, others)}");
                    continue;
                }

                Fault(DefinitionKinds.Mapping, stream, "", "unread", $"The stream '{stream}' has not been discovered, so that the expressions are not checked yet.", warning: true);
                continue;
            }

            var before = _faults.Count;
            var schema = new RuleSchema { Attributes = fields.ToDictionary(field => field.Name, field => field.Type, StringComparer.Ordinal) };
            var compiled = mapping.Profile is { } profile ? Profile(stream, profile, schema) : Activity(stream, mapping.Activity!, schema);
            if (compiled is not null && _faults.Count == before)
            {
                _mappings[stream] = compiled;
            }
        }
    }

    private MappingModel? Profile(string stream, ProfileMapping mapping, RuleSchema schema)
    {
        if (Known(DefinitionKinds.Mapping, stream, "/profile/type", mapping.Type, _profileTypes, "profile type") is not { } type)
        {
            return null;
        }

        var fields = MappedFields(stream, "/profile/fields", mapping.Fields, type.Attributes, "attribute", mapping.Type, schema);
        return new MappingModel(stream, new ProfileMappingModel(mapping.Type, fields), null, Fingerprint(mapping, type.Attributes));
    }

    private MappingModel? Activity(string stream, ActivityMapping mapping, RuleSchema schema)
    {
        if (Known(DefinitionKinds.Mapping, stream, "/activity/type", mapping.Type, _activityTypes, "activity type") is not { } type)
        {
            return null;
        }

        var at = Bind(DefinitionKinds.Mapping, stream, "/activity/at", mapping.At, schema, RuleUse.Value);
        if (at is { Type: not (DataType.Date or DataType.Time) })
        {
            Fault(DefinitionKinds.Mapping, stream, "/activity/at", "type", $"'at' must give a date or a time; '{mapping.At}' gives {Words(at.Type)}.");
        }

        BoundRule? key = null;
        if (mapping.Link is { } link)
        {
            key = Bind(DefinitionKinds.Mapping, stream, "/activity/link/key", link.Key, schema, RuleUse.Value);
            if (!_byKind[DefinitionKinds.Mapping].Any(definition => definition.Name == link.Stream))
            {
                Fault(
                    DefinitionKinds.Mapping, stream, "/activity/link/stream", "unknown",
                    $"There is no mapping for the stream '{link.Stream}'.{Names.Suggest(link.Stream, _byKind[DefinitionKinds.Mapping].Select(definition => definition.Name))}");
            }
        }

        var filter = mapping.Filter is null ? null : Bind(DefinitionKinds.Mapping, stream, "/activity/filter", mapping.Filter, schema, RuleUse.Condition);
        var fields = MappedFields(stream, "/activity/fields", mapping.Fields, type.Fields, "field", mapping.Type, schema);
        return at is null
            ? null
            : new MappingModel(
                stream,
                null,
                new ActivityMappingModel(mapping.Type, at, mapping.Link?.Stream, key, fields, filter) { Match = Match(stream, mapping.Match, schema), Participants = Participants(stream, mapping.Participants ?? [], schema) },
                Fingerprint(mapping, type.Fields));
    }

    private Activities.MatchModel? Match(string stream, ActivityMatch? match, RuleSchema schema)
    {
        if (match is null || Known(DefinitionKinds.Mapping, stream, "/activity/match/type", match.Type, _profileTypes, "profile type") is not { } type)
        {
            return null;
        }

        if (match.On.Count is 0 or > 10)
        {
            Fault(DefinitionKinds.Mapping, stream, "/activity/match/on", "count", "A match is on 1 to 10 attributes.");
            return null;
        }

        var before = _faults.Count;
        var on = new List<(string, string?, BoundRule)>();
        foreach (var (attribute, expression) in match.On.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var place = $"/activity/match/on/{Names.Escape(attribute)}";
            if (Known(DefinitionKinds.Mapping, stream, place, attribute, type.Attributes, "attribute", match.Type) is { } field
                && Bind(DefinitionKinds.Mapping, stream, place, expression, schema, RuleUse.Value) is { } rule)
            {
                on.Add((attribute, field.SemanticType, rule));
            }
        }

        return _faults.Count > before ? null : new Activities.MatchModel(match.Type, on);
    }

    private List<(string Role, string Stream, BoundRule Key)> Participants(string stream, IReadOnlyList<ParticipantLink> links, RuleSchema schema)
    {
        var participants = new List<(string, string, BoundRule)>();
        for (var i = 0; i < links.Count; i++)
        {
            var (link, place) = (links[i], $"/activity/participants/{i}");
            if (!Names.IsField(link.Role))
            {
                Fault(DefinitionKinds.Mapping, stream, place + "/role", "name", $"'{link.Role}' is not a role; use 1 to 100 letters, digits and _, beginning with a letter.");
            }
            else if (!_byKind[DefinitionKinds.Mapping].Any(definition => definition.Name == link.Stream))
            {
                Fault(
                    DefinitionKinds.Mapping, stream, place + "/stream", "unknown",
                    $"There is no mapping for the stream '{link.Stream}'.{Names.Suggest(link.Stream, _byKind[DefinitionKinds.Mapping].Select(definition => definition.Name))}");
            }
            else if (Bind(DefinitionKinds.Mapping, stream, place + "/key", link.Key, schema, RuleUse.Value) is { } key)
            {
                participants.Add((link.Role, link.Stream, key));
            }
        }

        return participants;
    }

    private List<MappedField> MappedFields(
        string stream, string pointer, IReadOnlyDictionary<string, string> expressions, IReadOnlyDictionary<string, FieldDocument> targets, string what, string of, RuleSchema schema)
    {
        var fields = new List<MappedField>();
        foreach (var (name, expression) in expressions)
        {
            var place = $"{pointer}/{Names.Escape(name)}";
            if (Known(DefinitionKinds.Mapping, stream, place, name, targets, what, of) is { } target
                && Bind(DefinitionKinds.Mapping, stream, place, expression, schema, RuleUse.Value) is { } rule)
            {
                if (Conversion.Allowed(rule.Type, target.Type))
                {
                    fields.Add(new MappedField(name, target.Type, rule));
                }
                else
                {
                    Fault(
                        DefinitionKinds.Mapping, stream, place, "type",
                        $"'{name}' is {Words(target.Type)}, and '{expression}' gives {Words(rule.Type)}. Change the attribute's type, or read the column as {Words(target.Type)} in the source.");
                }
            }
        }

        return fields;
    }

    private Dictionary<string, UnificationModel> BuildUnification()
    {
        var result = new Dictionary<string, UnificationModel>(StringComparer.Ordinal);
        foreach (var (type, document) in Read<UnificationPolicy>(DefinitionKinds.Unification))
        {
            if (Known(DefinitionKinds.Unification, type, "", type, _profileTypes, "profile type") is null)
            {
                continue;
            }

            var mapped = _mappings.Values.Where(mapping => mapping.Profile?.Type == type).OrderBy(mapping => mapping.Stream, StringComparer.Ordinal);
            var schemas = mapped
                .Select(mapping => new StreamSchema(mapping.Stream, [.. mapping.Profile!.Fields.Select(field => new StreamField(field.Name, field.Type) { Semantic = _profileTypes[type].Attributes.GetValueOrDefault(field.Name)?.SemanticType })]) { IsIdentities = _eventSources.Values.Any(source => source.Identities == mapping.Stream) })
                .ToList();
            var order = document.Streams.Select(stream => stream.Stream).ToList();
            var ordered = schemas.Where(schema => order.Contains(schema.Name)).OrderBy(schema => order.IndexOf(schema.Name)).ToList();
            var policy = document.Merge.Attributes.Count == 0 && document.Merge.Groups.Count == 0
                ? document with { Merge = MergePolicy.ByFieldName(ordered) }
                : document;
            var unread = order.Where(stream => _byKind[DefinitionKinds.Mapping].Any(definition => definition.Name == stream) && !_mappings.ContainsKey(stream)).ToList();
            if (unread.Count > 0)
            {
                Fault(DefinitionKinds.Unification, type, "/streams", "unread", $"Not checked yet, since these streams have no usable mapping: {string.Join(", ", unread)}.", warning: true);
                continue;
            }

            var problems = PolicyValidator.Validate(policy, schemas);
            foreach (var problem in problems)
            {
                Fault(DefinitionKinds.Unification, type, problem.Path, "policy", $"{problem.Message} {problem.Remedy}", problem.Severity == ProblemSeverity.Warning);
            }

            var before = _faults.Count(fault => !fault.Warning);
            var clusters = ProfileClustering.Build(this, type, policy);
            _clusterAttributes.AddRange(clusters.Select(cluster => (type, cluster.Policy.AttributeName())));
            if (problems.All(problem => problem.Severity == ProblemSeverity.Warning) && _faults.Count(fault => !fault.Warning) == before)
            {
                result[type] = new UnificationModel(type, policy, ordered) { Clusters = clusters };
            }
        }

        return result;
    }

    private Dictionary<string, ExportModel> BuildExports(IReadOnlyList<SegmentModel> segments)
    {
        var byName = segments.ToDictionary(segment => segment.Name, StringComparer.Ordinal);
        var result = new Dictionary<string, ExportModel>(StringComparer.Ordinal);
        foreach (var (name, document) in Read<ExportDocument>(DefinitionKinds.Export))
        {
            if (!byName.ContainsKey(document.Segment) && _byKind[DefinitionKinds.Segment].Any(definition => definition.Name == document.Segment))
            {
                Fault(DefinitionKinds.Export, name, "/segment", "invalid", $"The segment '{document.Segment}' is not valid; see there.", warning: true);
                continue;
            }

            if (Known(DefinitionKinds.Export, name, "/segment", document.Segment, byName, "segment") is not { } segment
                || !_schemas.TryGetValue(segment.Document.ProfileType, out var schema))
            {
                continue;
            }

            var before = _faults.Count;
            if (document.Fields.Count is 0 or > 500)
            {
                Fault(DefinitionKinds.Export, name, "/fields", "count", "An export has 1 to 500 fields.");
            }

            var withId = new RuleSchema
            {
                Attributes = new Dictionary<string, DataType>(schema.Attributes, StringComparer.Ordinal) { [ExportProfileId] = DataType.Text },
                Relationships = schema.Relationships,
                Activities = schema.Activities,
                Segments = schema.Segments,
                Channels = schema.Channels,
            };
            var fields = BindFields(DefinitionKinds.Export, name, "/fields", document.Fields, withId);
            var purpose = _consent.PurposeOf(this, DefinitionKinds.Export, name, document.Purpose, document.Channel, segment.Document.Purpose);
            var cron = new ScheduleBinding(this, DefinitionKinds.Export).Bind(name, document.Schedule, out _);
            if (document is { Schedule: not null, AfterRefresh: false })
            {
                Fault(DefinitionKinds.Export, name, "/afterRefresh", "unused", "A schedule says when it runs. Take 'afterRefresh' away, or the schedule.");
            }

            var connected = document with { Settings = Connected(DefinitionKinds.Export, name, document) };
            if (_faults.Count == before)
            {
                result[name] = new ExportModel(name, connected, segment.Document.ProfileType, fields) { Purpose = purpose, Cron = cron };
            }
        }

        return result;
    }

    /// <summary>The name under which an export's expressions see the profile's id.</summary>
    public const string ExportProfileId = "profile_id";

    internal T? Known<T>(string kind, string name, string pointer, string asked, IReadOnlyDictionary<string, T> among, string what, string? of = null)
        where T : class
    {
        if (among.TryGetValue(asked, out var found))
        {
            return found;
        }

        Fault(kind, name, pointer, "unknown", $"There is no {what} '{asked}'{(of is null ? "" : $" of '{of}'")}.{Names.Suggest(asked, among.Keys)}");
        return null;
    }

    internal static string Words(DataType type) => type switch
    {
        DataType.TextList => "a list of text",
        DataType.Integer => "an integer",
        DataType.Text => "text",
        DataType.Boolean => "true or false",
        _ => $"a {type.ToString().ToLowerInvariant()}",
    };

    private static string Fingerprint<T>(T mapping, IReadOnlyDictionary<string, FieldDocument> targets) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Json.Write(mapping) + Json.Write(targets))).AsSpan(0, 16));
}
