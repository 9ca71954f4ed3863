using System.Net.Http.Headers;
using System.Text;

// What the documentation calls 'api' (curl with a key), for machines without curl: api [-X METHOD] URL [-d BODY]. The key is in API_KEY.
string? method = null;
string? body = null;
string? url = null;
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "-X":
            method = args[++i];
            break;
        case "-d":
            body = args[++i];
            break;
        default:
            url = args[i];
            break;
    }
}

using var http = new HttpClient();
using var request = new HttpRequestMessage(new HttpMethod(method ?? (body is null ? "GET" : "POST")), url);
request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Environment.GetEnvironmentVariable("API_KEY"));
request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
using var response = await http.SendAsync(request);
Console.WriteLine(await response.Content.ReadAsStringAsync());
return (int)response.StatusCode < 400 ? 0 : 1;
