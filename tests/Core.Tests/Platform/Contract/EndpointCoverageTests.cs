namespace RescaleInterlink.Core.Tests.Platform.Contract;

/// <summary>No endpoint of the API that the module uses is without a test against the sandbox.</summary>
public class EndpointCoverageTests
{
    // Interop API: U section 3, F section 4, D section 5, J section 6 (J0 creates, P assigns the project), C section 7, W section 8.
    private static readonly (string Code, string Call)[] Endpoints =
    [
        ("U1", "GET /api/v3/users/me/"),
        ("U2", "GET /api/v3/users/me/folders/"),
        ("U3", "POST /api/v3/credentials/"),
        ("F1", "POST /api/v3/files/"),
        ("F2", "GET /api/v3/files/{id}/"),
        ("F3", "GET /api/v3/files/?limit={n}"),
        ("F4", "GET /api/v3/files/?page_size={n}&ordering=-dateUploaded"),
        ("F5", "DELETE /api/v3/files/{id}/"),
        ("F6", "PATCH /api/v3/files/{id}/"),
        ("F7", "GET /api/v3/files/{id}/tags/"),
        ("F8", "POST /api/v3/files/{id}/tags/"),
        ("F9", "DELETE /api/v3/files/{id}/tags/"),
        ("D1", "GET /api/v3/folders/{id}/contents/"),
        ("D2", "POST /api/v3/folders/{id}/"),
        ("D3", "DELETE /api/v3/folders/{id}/"),
        ("D4", "POST /api/v3/folders/{id}/contents/archive/"),
        ("D5", "GET /api/v3/users/me/folders/trash-bin/"),
        ("D6", "POST /api/v3/users/me/folders/trash-bin/recover/"),
        ("D7", "POST /api/v3/users/me/folders/trash-bin/delete/"),
        ("J0", "POST /api/v3/jobs/"),
        ("J1", "POST /api/v2/jobs/{id}/submit/"),
        ("J2", "GET /api/v3/jobs/{id}/"),
        ("J3", "GET /api/v3/jobs/"),
        ("J4", "GET /api/v3/jobs/?ordering=-dateInserted"),
        ("J5", "GET /api/v3/jobs/{id}/statuses/"),
        ("J6", "POST /api/v3/jobs/{id}/stop/"),
        ("J7", "DELETE /api/v3/jobs/{id}/"),
        ("J8", "GET /api/v2/jobs/{id}/files/"),
        ("J9", "GET /api/v2/jobs/{id}/runs/"),
        ("J10", "GET /api/v2/jobs/{id}/runs/{run}/files/"),
        ("J11", "GET /api/v2/jobs/{id}/connection_details/"),
        ("J12", "GET /api/v2/jobs/{id}/cluster-load-measurements/?hours={n}"),
        ("J13", "GET, POST /api/v3/jobs/{id}/tags/"),
        ("J14", "GET /api/v3/jobs/{id}/custom-fields/"),
        ("J15", "GET /api/v2/jobs/{id}/runs/{run}/tail/{path}"),
        ("P1", "POST /api/v2/organizations/{code}/jobs/{id}/project-assignment/"),
        ("C1", "GET /api/v3/coretypes/"),
        ("C2", "GET /api/v2/coretypes/"),
        ("C3", "GET /api/v3/analyses/"),
        ("C5", "GET /api/v3/automations/"),
        ("W1", "GET /api/v2/organizations/{code}/workspaces/{id}/custom-fields/"),
    ];

    // C4, GET /api/v2/analyses/, adds only support desks, which nothing here shows.
    // J3 is J4 without its order, which the client always asks for.
    // F3 is F4 with another word for the page's size.
    private static readonly string[] Unused = ["F3", "J3"];

    [Fact]
    public void Every_endpoint_is_held_against_the_sandbox()
    {
        var covered = EndpointAttribute.Covered();
        Assert.Empty(Endpoints.Where(endpoint => !Unused.Contains(endpoint.Code) && !covered.Contains(endpoint.Code)).Select(static endpoint => $"{endpoint.Code} {endpoint.Call}"));
    }

    [Fact]
    public void No_test_names_an_endpoint_that_is_not_in_the_list()
        => Assert.Empty(EndpointAttribute.Covered().Except(Endpoints.Select(static endpoint => endpoint.Code)));
}
