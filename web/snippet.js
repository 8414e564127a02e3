var socket = new WebSocket("ws://localhost:8765");

socket.onmessage = function(event) {
    var img = document.createElement('img');
    img.src = 'data:image/png;base64,' + event.data;
    document.body.appendChild(img);
}
