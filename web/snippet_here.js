var socket = new WebSocket("ws://" + location.host);

socket.onmessage = function(event) {
    var img = document.createElement('img');
    img.src = 'data:image/png;base64,' + event.data;
    document.body.appendChild(img);
}
