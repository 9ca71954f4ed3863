using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Http;

/// <summary>Settings; see README.md. The schema says which members belong to which kind.</summary>
/// <param name="Url">The beginning of all addresses.</param>
/// <param name="Streams">What is read.</param>
/// <param name="Auth">How requests show who asks; null for not at all.</param>
/// <param name="Headers">Sent with every request.</param>
/// <param name="RequestsPerMinute">At most so many, 1 to 60,000; null for no limit.</param>
/// <param name="MaxPageMegabytes">The largest answer that is read, 1 to 64 MiB.</param>
public sealed record HttpOptions(
    Uri Url,
    IReadOnlyList<StreamOptions> Streams,
    AuthOptions? Auth = null,
    IReadOnlyList<NamedValue>? Headers = null,
    int? RequestsPerMinute = null,
    int MaxPageMegabytes = 16);

/// <summary>A name and a value.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value.</param>
public sealed record NamedValue(string Name, string Value);

/// <summary>How requests show who asks.</summary>
/// <param name="Kind"><c>none</c>, <c>basic</c>, <c>bearer</c>, <c>apiKey</c> or <c>clientCredentials</c>.</param>
/// <param name="User">For basic: the user name.</param>
/// <param name="Password">For basic: the password, or null.</param>
/// <param name="Token">For bearer: the token.</param>
/// <param name="In">For apiKey: <c>header</c> or <c>query</c>.</param>
/// <param name="Name">For apiKey: the header or parameter.</param>
/// <param name="Key">For apiKey: the key.</param>
/// <param name="TokenUrl">For clientCredentials: where tokens are given.</param>
/// <param name="ClientId">For clientCredentials: the application.</param>
/// <param name="ClientSecret">For clientCredentials: its secret.</param>
/// <param name="Scope">For clientCredentials: asked for, or null.</param>
/// <param name="Audience">For clientCredentials: asked for, or null.</param>
/// <param name="CredentialsIn">For clientCredentials: <c>body</c> or <c>header</c>.</param>
public sealed record AuthOptions(
    string Kind,
    string? User = null,
    SecretReference? Password = null,
    SecretReference? Token = null,
    string? In = null,
    string? Name = null,
    SecretReference? Key = null,
    Uri? TokenUrl = null,
    string? ClientId = null,
    SecretReference? ClientSecret = null,
    string? Scope = null,
    string? Audience = null,
    string CredentialsIn = "body");

/// <summary>A stream.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Path">Below the address.</param>
/// <param name="Key">The fields that make its key.</param>
/// <param name="Fields">Its fields.</param>
/// <param name="Query">Parameters of every request.</param>
/// <param name="Records">JSON pointer to the list of records in an answer.</param>
/// <param name="Paging">How the next page is asked for; null for one page.</param>
/// <param name="Cursor">For incremental reading; null for none.</param>
/// <param name="Deleted">How a record says that it was deleted; null when none does.</param>
public sealed record StreamOptions(
    string Name,
    string Path,
    IReadOnlyList<string> Key,
    IReadOnlyList<FieldOptions> Fields,
    IReadOnlyList<NamedValue>? Query = null,
    string Records = "",
    PagingOptions? Paging = null,
    CursorOptions? Cursor = null,
    DeletedOptions? Deleted = null);

/// <summary>A field.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="At">JSON pointer into a record; null for the member of its name.</param>
/// <param name="Format">Of times: <c>iso</c>, <c>unixSeconds</c> or <c>unixMilliseconds</c>.</param>
/// <param name="SemanticType">What it means, or null.</param>
public sealed record FieldOptions(string Name, string Type, string? At = null, string Format = "iso", string? SemanticType = null);

/// <summary>How the next page is asked for.</summary>
/// <param name="Kind"><c>none</c>, <c>linkHeader</c>, <c>nextLink</c>, <c>token</c>, <c>lastRecord</c>, <c>page</c> or <c>offset</c>.</param>
/// <param name="At">JSON pointer to what names the next page: into the answer, for lastRecord into the last record.</param>
/// <param name="Parameter">The parameter that takes it.</param>
/// <param name="More">JSON pointer to whether there are more pages; null where the answer does not say.</param>
/// <param name="First">For page: the first page's number.</param>
/// <param name="Size">For page and offset: records of a full page; null when not known.</param>
/// <param name="SizeParameter">The parameter that asks for that size; null for none.</param>
public sealed record PagingOptions(string Kind, string At = "", string Parameter = "", string? More = null, int First = 1, int? Size = null, string? SizeParameter = null);

/// <summary>What incremental reading goes by.</summary>
/// <param name="Field">A field that grows with every change.</param>
/// <param name="Parameter">Asks for records at or after a value of it.</param>
/// <param name="Template">The parameter's value, with {cursor}.</param>
/// <param name="Start">Where a first read begins; null for the beginning.</param>
/// <param name="LookbackSeconds">How late records may appear, 0 to 31,536,000 s.</param>
public sealed record CursorOptions(string Field, string Parameter, string Template = "{cursor}", string? Start = null, int LookbackSeconds = 0);

/// <summary>How a record says that it was deleted.</summary>
/// <param name="At">JSON pointer into the record.</param>
/// <param name="Value">The value that says so.</param>
public sealed record DeletedOptions(string At, string Value = "true");

/// <summary>Metadata made at build time: reflection would keep the plugin from unloading.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(HttpOptions))]
[JsonSerializable(typeof(Bookmark))]
internal sealed partial class HttpJson : JsonSerializerContext;
