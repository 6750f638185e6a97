using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Azure;
using RescaleInterlink.Sandbox.Credentials;
using RescaleInterlink.Sandbox.Data;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>Interop API 3: the user, the root folders, temporary storage credentials.</summary>
/// <param name="account">The user.</param>
/// <param name="credentials">Those of S3.</param>
/// <param name="signatures">Those of the Azure account; null without one.</param>
/// <param name="time">The clock.</param>
internal sealed class UserEndpoints(Account account, TemporaryCredentials credentials, SasTokens? signatures, TimeProvider time)
{
    /// <summary>As long as the platform's own.</summary>
    private static readonly TimeSpan CredentialLifetime = TimeSpan.FromMinutes(15);

    public void AddTo(Router router)
    {
        router.Add("GET", "/api/v3/users/me/", _ => ApiAnswer.Ok(account.Profile()));
        router.Add("GET", "/api/v3/users/me/folders/", _ => ApiAnswer.Ok(new JsonObject { ["myJobs"] = RootFolders.MyJobs, ["myLibrary"] = RootFolders.MyLibrary }));
        router.Add("POST", "/api/v3/credentials/", IssueAsync);
    }

    /// <summary>Without a body for the default storage, else for the storage of a file.</summary>
    private async Task<ApiAnswer> IssueAsync(ApiRequest request)
    {
        var kind = account.DefaultStorage;
        IReadOnlyList<PathParts> paths = [];
        if (await request.ReadOptionalAsync() is { } body && (body.Has("storage") || body.Has("paths")))
        {
            kind = account.ReadStorage(body);
            paths = ReadPaths(body);
            body.ThrowIfInvalid();
        }

        return ApiAnswer.Created(kind == StorageKind.Azure ? IssueSignatures(paths) : IssueKeys(paths));
    }

    private JsonObject IssueKeys(IReadOnlyList<PathParts> paths)
    {
        var issued = credentials.Issue(CredentialLifetime);
        return new JsonObject
        {
            ["storageType"] = Account.StorageType(StorageKind.S3),
            ["storageDir"] = Account.PathBase,
            ["accessKey"] = issued.AccessKey,
            ["secretKey"] = issued.SecretKey,
            ["sessionToken"] = issued.SessionToken,
            ["expiration"] = Views.Date(issued.ExpiresAt),
            ["paths"] = new JsonArray([.. paths.Select(path => path.View())]),
        };
    }

    private JsonObject IssueSignatures(IReadOnlyList<PathParts> paths)
    {
        var until = time.GetUtcNow() + CredentialLifetime;
        return new JsonObject
        {
            ["storageType"] = Account.StorageType(StorageKind.Azure),
            ["storageDir"] = Account.PathBase,
            ["sasToken"] = signatures!.ForContainer(Account.Bucket, until),
            ["expiration"] = Views.Date(until),
            ["paths"] = new JsonArray([.. paths.Select(path =>
            {
                var view = path.View();
                view["sasToken"] = signatures.ForBlob(path.Container, path.Path, until);
                return view;
            })]),
        };
    }

    private static List<PathParts> ReadPaths(BodyReader body)
    {
        List<PathParts> paths = [];
        body.Objects("paths", required: true, entry => entry.Object("pathParts", parts =>
        {
            var path = new PathParts(parts.Text("container"), parts.Text("path"));
            paths.Add(path);
            return path;
        }));
        return paths;
    }

    private sealed record PathParts(string Container, string Path)
    {
        public JsonObject View() => new() { ["path"] = Path, ["pathParts"] = new JsonObject { ["container"] = Container, ["path"] = Path } };
    }
}
